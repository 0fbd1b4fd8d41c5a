# Writes a C file that holds the bytes of the migrations, so that lantikctl migrate needs no file.
# Usage: cmake -DOUTPUT=migrations.c -DDIRECTORY=sql/migrations -P embed.cmake
file(GLOB files ${DIRECTORY}/*.sql)
list(SORT files)
set(arrays "")
set(entries "")
set(expected 1)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  if(NOT name MATCHES "^([0-9][0-9][0-9])_[a-z_]+$")
    message(FATAL_ERROR "${file}: a migration is named NNN_words.sql")
  endif()
  string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" number ${name})
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: number ${expected} is missing")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const char sql_${number}[] = {\n${bytes}0};\n")
  string(APPEND entries "\t{${number}, \"${name}\", sql_${number}, ${size}},\n")
endforeach()
math(EXPR count "${expected} - 1")
file(WRITE ${OUTPUT} "/* The migrations of sql/migrations as bytes; written by ctl/embed.cmake. */
#include \"migrations.h\"

${arrays}
const struct migration migrations[] = {
${entries}};
const size_t migration_count = ${count};
")
