module epsql

go 1.26
