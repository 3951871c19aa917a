/* A number with zeros: what sas.put_z_v1(x, largeur) computes. */
%macro put_z_v1(x, largeur);
  put(&x., z&largeur..)
%mend put_z_v1;
