-- @title.fr Date écrite avec un format de SAS
-- @title.nl Datum in een formaat van SAS
-- @title.en Date written with a format of SAS
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS formats reference, DATEw., DDMMYYxw., MMDDYYxw., YYMMDDxw., YYMMxw., MONYYw. and YEARw. formats; PUT
--   function
-- @param jour DATE : the day
-- @param modele VARCHAR : the format, with or without its point: DATE5, DATE7, DATE9, DATE11, DDMMYY6, DDMMYY8,
--   DDMMYY10, DDMMYYN8, MMDDYY8, MMDDYY10, YYMMDD6, YYMMDD8, YYMMDD10, YYMMDDN6, YYMMDDN8, YYMMN4, YYMMN6, YYMM7,
--   MONYY5, MONYY7, YEAR4
-- @returns VARCHAR attribute, nullable : the date; a point, right-aligned, when missing
-- @sas sha256:5bc60fc833d8aeaeb25d93e3925eefa2a04a271ab7b0a68c001479544f252557
-- @note A format that is not there gives NULL for every day. Months are English, as SAS writes them whatever the
--   locale.
CREATE OR REPLACE MACRO sas.put_date_v1(jour DATE, modele VARCHAR) AS
CASE rtrim(upper(modele), '.')
    WHEN 'DATE5' THEN coalesce(upper(strftime(jour, '%d%b')), '    .')
    WHEN 'DATE7' THEN coalesce(upper(strftime(jour, '%d%b%y')), '      .')
    WHEN 'DATE9' THEN coalesce(upper(strftime(jour, '%d%b%Y')), '        .')
    WHEN 'DATE11' THEN coalesce(upper(strftime(jour, '%d-%b-%Y')), '          .')
    WHEN 'DDMMYY6' THEN coalesce(strftime(jour, '%d%m%y'), '     .')
    WHEN 'DDMMYY8' THEN coalesce(strftime(jour, '%d/%m/%y'), '       .')
    WHEN 'DDMMYY10' THEN coalesce(strftime(jour, '%d/%m/%Y'), '         .')
    WHEN 'DDMMYYN8' THEN coalesce(strftime(jour, '%d%m%Y'), '       .')
    WHEN 'MMDDYY8' THEN coalesce(strftime(jour, '%m/%d/%y'), '       .')
    WHEN 'MMDDYY10' THEN coalesce(strftime(jour, '%m/%d/%Y'), '         .')
    WHEN 'YYMMDD6' THEN coalesce(strftime(jour, '%y%m%d'), '     .')
    WHEN 'YYMMDD8' THEN coalesce(strftime(jour, '%y-%m-%d'), '       .')
    WHEN 'YYMMDD10' THEN coalesce(strftime(jour, '%Y-%m-%d'), '         .')
    WHEN 'YYMMDDN6' THEN coalesce(strftime(jour, '%y%m%d'), '     .')
    WHEN 'YYMMDDN8' THEN coalesce(strftime(jour, '%Y%m%d'), '       .')
    WHEN 'YYMMN4' THEN coalesce(strftime(jour, '%y%m'), '   .')
    WHEN 'YYMMN6' THEN coalesce(strftime(jour, '%Y%m'), '     .')
    WHEN 'YYMM7' THEN coalesce(strftime(jour, '%YM%m'), '      .')
    WHEN 'MONYY5' THEN coalesce(upper(strftime(jour, '%b%y')), '    .')
    WHEN 'MONYY7' THEN coalesce(upper(strftime(jour, '%b%Y')), '      .')
    WHEN 'YEAR4' THEN coalesce(strftime(jour, '%Y'), '   .')
END
