export const bashScript = `# Completion of rack-gateway for bash 3.2 and later. The script never evaluates typed words or suggestions.
_rack_gateway() {
  local IFS=$' \\t\\n' index piece='' glue='' line word quoted files=''
  local -a typed
  typed=()
  # Bash splits words at = and :, so the parts are joined again.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    piece=\${COMP_WORDS[index]}
    case $piece in
      = | : | ::)
        glue=1
        if ((\${#typed[@]} > 0)); then
          typed[\${#typed[@]} - 1]+=$piece
        else
          typed[0]=$piece
        fi
        piece=''
        continue
        ;;
    esac
    if [[ -n $glue ]]; then
      typed[\${#typed[@]} - 1]+=$piece
      glue=''
    else
      typed[\${#typed[@]}]=$piece
    fi
  done
  ((\${#typed[@]} > 0)) || typed[0]=''
  local raw=\${typed[\${#typed[@]} - 1]}
  local lead=\${raw%"$piece"}
  for ((index = 0; index < \${#typed[@]}; index++)); do
    word=\${typed[index]}
    word=\${word//\\\\/}
    word=\${word//\\"/}
    word=\${word//\\'/}
    typed[index]=$word
  done
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      '') ;;
      $'\\tfiles') files=1 ;;
      *)
        word=\${line%%$'\\t'*}
        word=\${word#"$lead"}
        printf -v quoted %q "$word"
        # After an opening quote, suggest only words that need no quotes.
        [[ $piece == [\\"\\']* && $quoted != "$word" ]] || COMPREPLY[\${#COMPREPLY[@]}]=$quoted
        ;;
    esac
  done < <(command rack-gateway completion words -- "\${typed[@]}" 2>/dev/null </dev/null)
  if [[ -n $files ]] && compopt -o filenames 2>/dev/null; then
    while IFS= read -r line; do
      COMPREPLY[\${#COMPREPLY[@]}]=$line
    done < <(compgen -f -- "$piece")
  fi
}
complete -F _rack_gateway rack-gateway`
