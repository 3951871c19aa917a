// Writes the claims files of this folder with libreadstat: claims 5 claims_v5.xpt,
// 8 claims_v8.xpt, 70 claims.sas7bdat, 71 claims_compressed.sas7bdat.
#include <readstat.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
static ssize_t wr(const void *d, size_t n, void *c){ return fwrite(d,1,n,(FILE*)c); }
int main(int argc,char**argv){
  int kind=atoi(argv[1]); FILE*f=fopen(argv[2],"wb");
  readstat_writer_t *w=readstat_writer_init();
  readstat_set_data_writer(w,wr);
  readstat_writer_set_file_label(w,"Hand-made claims");
  if(kind!=7) readstat_writer_set_table_name(w,"CLAIMS");
  readstat_variable_t *id=readstat_add_variable(w,"ID",READSTAT_TYPE_STRING,13);
  readstat_variable_t *amt=readstat_add_variable(w,"AMOUNT",READSTAT_TYPE_DOUBLE,8);
  readstat_variable_t *day=readstat_add_variable(w,kind==8||kind==70?"day_of_the_first_prescription":"DAY",READSTAT_TYPE_DOUBLE,8);
  readstat_variable_set_label(id,"Beneficiary"); 
  if(kind==8) readstat_variable_set_label(amt,"Amount paid by the insurer after corrections of later quarters"); else readstat_variable_set_label(amt,"Amount");
  readstat_variable_set_format(day,"DATE9");
  readstat_variable_set_format(amt,"12.2");
  int rows=5;
  if(kind==5||kind==8){ readstat_writer_set_file_format_version(w,kind); readstat_begin_writing_xport(w,f,rows);} 
  else { if(kind==71) readstat_writer_set_compression(w,READSTAT_COMPRESS_ROWS); readstat_begin_writing_sas7bdat(w,f,rows);} 
  double a[]={12.5,-0.01,1e10,0,0}; double d[]={17532,-1,0,20000,0};
  for(int i=0;i<rows;i++){ char b[20]; sprintf(b,i==2?"caf\xc3\xa9 %d":"person %d",i+1);
    readstat_begin_row(w); readstat_insert_string_value(w,id,i==4?"":b);
    if(i==3) readstat_insert_missing_value(w,amt); else if(i==4) readstat_insert_tagged_missing_value(w,amt,'Z'); else readstat_insert_double_value(w,amt,a[i]);
    if(i==4) readstat_insert_tagged_missing_value(w,day,'A'); else readstat_insert_double_value(w,day,d[i]);
    readstat_end_row(w);} 
  int e=readstat_end_writing(w); if(e) printf("%s\n",readstat_error_message(e));
  fclose(f); readstat_writer_free(w); return 0; }
