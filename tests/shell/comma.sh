# SPDX-License-Identifier: MIT
# A locale whose decimal point is a comma, made here, so that no system has to have one; read with `.`.
#
# comma_locale FOLDER: makes locale xx_XX there; programs find it with LOCPATH=FOLDER. Status 1 where it cannot be made.
comma_locale() {
    printf 'comment_char %%\nescape_char /\nLC_NUMERIC\ndecimal_point ","\nthousands_sep "."\ngrouping 3;3\nEND LC_NUMERIC\n' > "$1/comma.src"
    # It warns of the categories that are not there, and still writes the locale (-c).
    localedef -c --no-archive -i "$1/comma.src" -f ANSI_X3.4-1968 "$1/xx_XX" > /dev/null 2>&1
    [ -e "$1/xx_XX/LC_NUMERIC" ]
}
