#compdef epsql
# Zsh completion of epsql: source this file, or put it on $fpath as _epsql.
_epsql() {
  local -a words_before options
  words_before=("${words[@]:0:$((CURRENT - 1))}")
  [[ "${words[CURRENT]}" == -* ]] && words_before+=("${words[CURRENT]}")
  options=("${(@f)$("${words_before[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -n "${options[1]}" ]]; then
    _describe 'epsql' options
  else
    _files
  fi
}
compdef _epsql epsql
