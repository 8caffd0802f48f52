export const fishScript = `# Completion of rack-gateway for fish. The script never evaluates typed words or suggestions.
function __rack_gateway_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -q current[1]; or set current ''
    for line in (command rack-gateway completion words -- $typed[2..-1] "$current" 2>/dev/null </dev/null)
        if test "$line" = \\tfiles
            __fish_complete_path "$current"
        else if test -n "$line"
            printf '%s\\n' "$line"
        end
    end
end
complete --command rack-gateway --no-files --arguments '(__rack_gateway_complete)'`
