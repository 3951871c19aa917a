      * The herd as an old host of the insurers tells it.
       01  ANIMAL-RECORD.
           02  KIND               PIC X.
           02  ANIMAL             PIC X(10).
           02  SENDING.
               04  INSURER        PIC X(2).
               04  MONTH          PIC 9(6).
               04  ISSUE          PIC 9(2).
           02  KEEPER             PIC X(8).
           02  FARM               PIC X(8).
       01  BIRTH-RECORD.
           02  KIND               PIC X.
           02  ANIMAL             PIC X(10).
           02  BORN               PIC 9(4).
           02  SPECIES            PIC X.
       01  STABLES-RECORD.
           02  KIND               PIC X.
           02  ANIMAL             PIC X(10).
           02  HOW-MANY           PIC 9(2).
           02  STABLE OCCURS 0 TO 9 TIMES DEPENDING ON HOW-MANY.
               04  SINCE          PIC 9(6).
               04  REGION         PIC X(2).
               04  KEEPER-NAME    PIC X(12).
       01  WEIGHT-RECORD.
           02  KIND               PIC X.
           02  ANIMAL             PIC X(10).
           02  KILOS              PIC S9(3)V9.
