      * Description des enregistrements envoyés aux organismes assureurs,
      * 25/06/2007: the records of the INAMI provider file, from annex 2
      * of délibération 09/026. Only what a zone of the layout is bound to
      * is ever read: the fields that the annex strikes out are not.
      *
      * Ours, for the annex does not print it: the 54 positions that begin
      * every record ("partie préfixe"). Here they hold the type of the
      * record, the number and its check digits; the rest is not read.
      * Whoever has the real prefix corrects it in this file.
      *
      * Misprints of the annex that are set right: PIX for PIC;
      * SZVPKDE-X and SZVPKFN-X without their F; FSZVSEH1 and FSZVSEM1
      * twice (the first ones are the beginning: FSZVSBH1, FSZVSBM1);
      * FSVL... for FSZVL... in types 21 to 23, where FSVLCPGX21 is
      * FSZVLCPOX21 and FSZVLCPO21, FSZVLBUG21 is FSZVLBUS21, FSVLQVA-23 is
      * FSZVLQUA-23.
      *
      * CHANGEMENT DE NUMERO INAMI (MEDECINS); length 133
       01  SZVTYP-10.
           02  SZVPREF-10.
               04  SZVPTYP-10      PIC X(002).
               04  SZVPNRO-10      PIC X(006).
               04  SZVPCDI-10      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-10          PIC X(006).
           02  FSZVPCDI-10          PIC X(002).
           02  FCRNQRNNN-10         PIC X(11).
           02  FCRNFRNOM-10         PIC X(48).
           02  FCRNFRPR1-10         PIC X(12).
      *
      * IDENTIFICATION DU DISPENSATEUR / DONNEES SIGNALETIQUES; length 249
       01  SZVTYP-11.
           02  SZVPREF-11.
               04  SZVPTYP-11      PIC X(002).
               04  SZVPNRO-11      PIC X(006).
               04  SZVPCDI-11      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-11          PIC X(006).
           02  FCRNQRNNN-11         PIC X(11).
           02  FILLER               REDEFINES FCRNQRNNN-11.
               04  FCRNQRDNA        PIC X(06).
               04  FCRNQRNRO        PIC X(03).
               04  FCRNQRCTL        PIC 9(02).
           02  FCRNFRNOM-11         PIC X(48).
           02  FCRNFRPR1-11         PIC X(12).
           02  FCRNFRPR2-11         PIC X(12).
           02  FGRNFRDNA            PIC X(08).
           02  FGRNFRDDE            PIC X(08).
           02  FSZVPROL11           PIC X(01).
           02  FGRNFRSEX            PIC X(01).
           02  FSZVLNRO11           PIC X(006).
           02  FSZVLCDI11           PIC X(002).
           02  FSZVLRUE11           PIC X(032).
           02  FSZVLNRR11           PIC X(004).
           02  FSZVLBUS11           PIC X(004).
           02  FSZVLCPOX11          PIC X(005).
           02  FILLER               REDEFINES FSZVLCPOX11.
               04  FILLER           PIC X(001).
               04  FSZVLCPO11       PIC X(004).
           02  FSZVLINS11           PIC X(005).
           02  FSZVLLOC11           PIC X(030).
      *
      * SITUATION DU DISPENSATEUR; length 78
       01  SZVTYP-12.
           02  SZVPREF-12.
               04  SZVPTYP-12      PIC X(002).
               04  SZVPNRO-12      PIC X(006).
               04  SZVPCDI-12      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-12          PIC X(006).
           02  FSZVPSIT             PIC X(002).
           02  FSZVPDSI             PIC X(008).
           02  FSZVPFSI             PIC X(008).
      *
      * INSCRIPTION / QUALIFICATION / DIPLOME / ACCREDITATION; length 97
       01  SZVTYP-13.
           02  SZVPREF-13.
               04  SZVPTYP-13      PIC X(002).
               04  SZVPNRO-13      PIC X(006).
               04  SZVPCDI-13      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-13          PIC X(006).
           02  FSZVPPRO-13          PIC X(002).
           02  FSZVPDIP             PIC X(008).
           02  FSZVPNDI             PIC X(005).
           02  FSZVPQUA-13          PIC X(003).
           02  FSZVPACT-13          PIC X(010).
           02  FILLER               REDEFINES FSZVPACT-13.
               04  FILLER           PIC X(002).
               04  FSZVPKDE-X       PIC X(004).
               04  FSZVPKDE         REDEFINES FSZVPKDE-X
                                    PIC 9(6) COMP-3.
               04  FSZVPKFN-X       PIC X(004).
               04  FSZVPKFN         REDEFINES FSZVPKFN-X
                                    PIC 9(6) COMP-3.
           02  FSZVPDAG             PIC X(008).
           02  FSZVPBMA             PIC X(001).
      *
      * ADHESION / REFUS A LA CONVENTION + LIMITATIONS; length 21107
       01  SZVTYP-14.
           02  SZVPREF-14.
               04  SZVPTYP-14      PIC X(002).
               04  SZVPNRO-14      PIC X(006).
               04  SZVPCDI-14      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-14          PIC X(006).
           02  FSZVPPRO-14          PIC X(002).
           02  FSZVPQUA-14          PIC X(003).
           02  FSZVPCNV-14          PIC X(008).
           02  FSZVCDDE             PIC X(008).
           02  FSZVCDFN             PIC X(008).
           02  FSZVPDAD             PIC X(008).
           02  FSZVPDRF             PIC X(008).
           02  FSZVSLIM1-AV         PIC S9(4) COMP.
           02  FSZVSLIM1            OCCURS 0 TO 50
                                    DEPENDING ON FSZVSLIM1-AV.
               04  FSZVSPER1        PIC X(020).
               04  FILLER           REDEFINES FSZVSPER1.
                   06  FSZVSDN1     PIC X(001).
                   06  FSZVSBH1     PIC X(002).
                   06  FSZVSBM1     PIC X(002).
                   06  FSZVSEH1     PIC X(002).
                   06  FSZVSEM1     PIC X(002).
                   06  FSZVSDN2     PIC X(001).
                   06  FSZVSBH2     PIC X(002).
                   06  FSZVSBM2     PIC X(002).
                   06  FSZVSEH2     PIC X(002).
                   06  FSZVSEM2     PIC X(002).
                   06  FILLER       PIC X(001).
                   06  FSZVSTYP1    PIC X(001).
               04  FSZVSNRO1        PIC X(006).
               04  FSZVSDEN1        PIC X(096).
               04  FSZVSCPOX1       PIC X(005).
               04  FILLER           REDEFINES FSZVSCPOX1.
                   06  FILLER       PIC X(001).
                   06  FSZVSCPO1    PIC X(004).
               04  FSZVSINS1        PIC X(005).
               04  FSZVSLOC1        PIC X(030).
               04  FSZVSPRA1        PIC X(002).
               04  FSZVSCOM1        PIC X(240).
               04  FSZVSDDE1        PIC X(008).
               04  FSZVSDFN1        PIC X(008).
      *
      * REGIME DU TIERS PAYANT + LIMITATIONS (BIFFE); length 21092
       01  SZVTYP-15.
           02  SZVPREF-15.
               04  SZVPTYP-15      PIC X(002).
               04  SZVPNRO-15      PIC X(006).
               04  SZVPCDI-15      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-15          PIC X(006).
           02  FSZVPPRO-15          PIC X(002).
           02  FSZVPQUA-15          PIC X(003).
           02  FSZVPCNW-15          PIC X(008).
           02  FSZVPCTP             PIC X(001).
           02  FSZVPDTP             PIC X(008).
           02  FSZVPFTP             PIC X(008).
           02  FSZVSLIM2-AV         PIC S9(4) COMP.
           02  FSZVSLIM2            OCCURS 0 TO 50
                                    DEPENDING ON FSZVSLIM2-AV.
               04  FSZVSPER2        PIC X(020).
               04  FILLER           REDEFINES FSZVSPER2.
                   06  FILLER       PIC X(018).
                   06  FSZVSCTP     PIC X(001).
                   06  FSZVSTYP2    PIC X(001).
               04  FSZVSNRO2        PIC X(006).
               04  FSZVSDEN2        PIC X(096).
               04  FSZVSCPOX2       PIC X(005).
               04  FILLER           REDEFINES FSZVSCPOX2.
                   06  FILLER       PIC X(001).
                   06  FSZVSCPO2    PIC X(004).
               04  FSZVSINS2        PIC X(005).
               04  FSZVSLOC2        PIC X(030).
               04  FSZVSPRA2        PIC X(002).
               04  FSZVSCOM2        PIC X(240).
               04  FSZVSDDE2        PIC X(008).
               04  FSZVSDFN2        PIC X(008).
      *
      * ADRESSES DE TRAVAIL; length 14777
       01  SZVTYP-16.
           02  SZVPREF-16.
               04  SZVPTYP-16      PIC X(002).
               04  SZVPNRO-16      PIC X(006).
               04  SZVPCDI-16      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-16          PIC X(006).
           02  FSZVPPRO-16          PIC X(002).
           02  FSZVPQUA-16          PIC X(003).
           02  FSZVPACT-16          PIC X(010).
           02  FILLER               REDEFINES FSZVPACT-16.
               04  FSZVPACT16       OCCURS 10 PIC X(1).
           02  FSZVLADR-AV          PIC S9(4) COMP.
           02  FSZVLADR             OCCURS 0 TO 50
                                    DEPENDING ON FSZVLADR-AV.
               04  FSZVLNRO16       PIC X(006).
               04  FSZVLDEN16       PIC X(192).
               04  FSZVLRUE16       PIC X(032).
               04  FSZVLNRR16       PIC X(004).
               04  FSZVLBUS16       PIC X(004).
               04  FSZVLCPOX16      PIC X(005).
               04  FILLER           REDEFINES FSZVLCPOX16.
                   06  FILLER       PIC X(001).
                   06  FSZVLCPO16   PIC X(004).
               04  FSZVLINS16       PIC X(005).
               04  FSZVLLOC16       PIC X(030).
               04  FSZVLDSI16       PIC X(008).
               04  FSZVLFSI16       PIC X(008).
      *
      * AJOUT D'UNE PROFESSION SUPPLEMENTAIRE; length 138
       01  SZVTYP-17.
           02  SZVPREF-17.
               04  SZVPTYP-17      PIC X(002).
               04  SZVPNRO-17      PIC X(006).
               04  SZVPCDI-17      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVPNRO-17          PIC X(006).
           02  FSZVPCDI-17          PIC X(002).
           02  FCRNQRNNN-17         PIC X(11).
           02  FCRNFRNOM-17         PIC X(48).
           02  FCRNFRPR1-17         PIC X(12).
           02  FSZVPPRO-17          PIC X(002).
           02  FSZVPQUA-17          PIC X(003).
      *
      * IDENTIFICATION DE L'ETABLISSEMENT; length 336
       01  SZVTYP-21.
           02  SZVPREF-21.
               04  SZVPTYP-21      PIC X(002).
               04  SZVPNRO-21      PIC X(006).
               04  SZVPCDI-21      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVLNRO21           PIC X(006).
           02  FSZVLDEN21           PIC X(192).
           02  FSZVLTYP21           PIC X(003).
           02  FSZVLRUE21           PIC X(032).
           02  FSZVLNRR21           PIC X(004).
           02  FSZVLBUS21           PIC X(004).
           02  FSZVLCPOX21          PIC X(005).
           02  FILLER               REDEFINES FSZVLCPOX21.
                   06  FILLER       PIC X(001).
                   06  FSZVLCPO21   PIC X(004).
           02  FSZVLINS21           PIC X(005).
           02  FSZVLLOC21           PIC X(030).
           02  FSZVLROL21           PIC X(001).
      *
      * SITUATION DE L'ETABLISSEMENT; length 78
       01  SZVTYP-22.
           02  SZVPREF-22.
               04  SZVPTYP-22      PIC X(002).
               04  SZVPNRO-22      PIC X(006).
               04  SZVPCDI-22      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVLNRO-22          PIC X(006).
           02  FSZVLSTT             PIC X(002).
           02  FSZVLDSI             PIC X(008).
           02  FSZVLFSI             PIC X(008).
      *
      * TYPE / QUALIFICATION DE L'ETABLISSEMENT; length 74
       01  SZVTYP-23.
           02  SZVPREF-23.
               04  SZVPTYP-23      PIC X(002).
               04  SZVPNRO-23      PIC X(006).
               04  SZVPCDI-23      PIC X(002).
               04  FILLER          PIC X(044).
           02  FSZVLNRO-23          PIC X(006).
           02  FSZVLTYP-23          PIC X(003).
           02  FSZVLQUA-23          PIC X(003).
           02  FSZVLDAG-23          PIC X(008).
