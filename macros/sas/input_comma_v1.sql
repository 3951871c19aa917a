-- @title.fr Nombre lu dans un texte, comme INPUT de SAS avec COMMAw.
-- @title.nl Getal gelezen uit een tekst, zoals INPUT van SAS met COMMAw.
-- @title.en Number read from a text, as INPUT of SAS with COMMAw.
-- @status published
-- @catalog be-aim
-- @valid ..
-- @basis SAS informats reference, COMMAw.d informat; INPUT function
-- @param x VARCHAR : the text
-- @param largeur BIGINT = 32 : how many positions are read, 1 to 32
-- @param decimales BIGINT = 0 : the power of ten by which a number without a point is divided
-- @returns DOUBLE attribute, nullable : the number
-- @uses sas.input_f_v1
-- @sas sha256:dceb365e1ffc204e33fa12e20e87f279755335df18a82b6edd4c9b18ec4d7664
-- @note Commas, blanks, dollars, percents, parentheses and hyphens are taken out; a parenthesis or a hyphen at the
--   left makes the number negative.
CREATE OR REPLACE MACRO sas.input_comma_v1(x VARCHAR, largeur BIGINT := 32, decimales BIGINT := 0) AS
CASE WHEN largeur BETWEEN 1 AND 32
    THEN CASE WHEN regexp_matches(left(x, CAST(largeur AS INTEGER)), '^ *[(-]') THEN -1 ELSE 1 END
        * sas.input_f_v1(translate(left(x, CAST(largeur AS INTEGER)), ',$% ()-', ''), 32, decimales)
END
