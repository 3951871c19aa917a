-- @audit the mean lies between the least and the greatest
SELECT 1 FROM main.soins_sante WHERE sas.mean_v1([ss00160, ss00165]) NOT BETWEEN least(ss00160, ss00165) AND greatest(ss00160, ss00165);
