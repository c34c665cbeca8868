-- A change of the master key wraps every data key anew.

grant update (wrapped) on keys.data_keys to stampledger_app;
