-- What was loaded, oldest first; 0 stands for "none".
SELECT d.id, d.table_name, d.key, d.version, coalesce(d.insurer, ''), coalesce(d.period, ''),
       d.file, d.size, d.hash, d.format, d.encoding, d.rows, d.rejects, d.loaded_at,
       coalesce(d.replaced_by, 0),
       coalesce((SELECT max(o.id) FROM epsql.deliveries o WHERE o.replaced_by = d.id), 0)
FROM epsql.deliveries d
ORDER BY d.id
