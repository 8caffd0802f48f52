export const zshScript = `#compdef rack-gateway
# Completion of rack-gateway for zsh. The script never evaluates typed words or suggestions.
_rack-gateway() {
  local -a typed answer names shown
  local line files='' tab=$'\\t'
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  answer=("\${(@f)$(command rack-gateway completion words -- "\${typed[@]}" 2>/dev/null </dev/null)}")
  for line in "\${answer[@]}"; do
    if [[ $line == "\${tab}files" ]]; then
      files=1
    elif [[ -n $line ]]; then
      names+=("\${line%%$tab*}")
      if [[ $line == *$tab* ]]; then
        shown+=("\${line%%$tab*}  -- \${line#*$tab}")
      else
        shown+=("$line")
      fi
    fi
  done
  (( $#names )) && compadd -l -d shown -a names
  if [[ -n $files ]]; then
    compset -P '--[a-z-]#='
    _files
  fi
}
if [[ $funcstack[1] == _rack-gateway ]]; then
  _rack-gateway "$@"
else
  compdef _rack-gateway rack-gateway
fi`
