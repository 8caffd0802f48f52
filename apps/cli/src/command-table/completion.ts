import { type Command, type CommandTable, command } from './definition.ts'
import { formatOf, jsonFlag } from './shared-flags.ts'

type Shell = 'bash' | 'zsh' | 'fish' | 'powershell'

export const completionGroup = {
  name: 'completion',
  summary: 'let the tab key complete commands, flags, racks and apps',
  about:
    'A shell loads the script once; the script asks rack-gateway, so it never grows old. Names of racks come from your file, names of apps from the gateway: at most once a minute, and for a second at most. While your token is in a keychain, apps are not completed: it might ask you to unlock it.',
  examples: [
    'eval "$(rack-gateway completion bash)"     (in ~/.bashrc)',
    'eval "$(rack-gateway completion zsh)"      (in ~/.zshrc, after compinit)',
    'rack-gateway completion fish > ~/.config/fish/completions/rack-gateway.fish',
    'rack-gateway completion powershell | Out-String | Invoke-Expression     (in $PROFILE)',
  ],
}

/** @param table the commands to complete, which include these ones */
export function completionCommands(table: () => CommandTable): Command[] {
  return [
    script('bash', ['eval "$(rack-gateway completion bash)"     (in ~/.bashrc; bash 3.2 or later)']),
    script('zsh', [
      'eval "$(rack-gateway completion zsh)"     (in ~/.zshrc, after compinit)',
      'rack-gateway completion zsh > ~/.zfunc/_rack-gateway     (a directory of your fpath)',
    ]),
    script('fish', ['rack-gateway completion fish > ~/.config/fish/completions/rack-gateway.fish']),
    script('powershell', ['rack-gateway completion powershell | Out-String | Invoke-Expression     (in $PROFILE)']),
    command({
      name: 'completion words',
      summary: 'print what may be typed where a line ends, as the scripts ask it',
      about:
        'A line a word, and after a tab what it is. A line that begins with a tab is none: with "files", a file or directory may stand there, too.',
      examples: [
        'rack-gateway completion words -- tokens cr',
        'rack-gateway completion words --next -- ps --app     (what may follow)',
      ],
      arguments: { words: { about: 'what follows rack-gateway; the last one is being typed', takes: 'any' } },
      flags: { next: { about: 'a word follows that is not begun' }, json: jsonFlag },
      run: async (context, { words, next, json }) =>
        (await import('../commands/completion-words.ts')).completionWords(context, {
          words,
          next,
          format: formatOf(json),
          table: table(),
        }),
    }),
  ]
}

function script(shell: Shell, examples: readonly string[]) {
  return command({
    name: `completion ${shell}`,
    summary: `print the script for ${shell === 'powershell' ? 'PowerShell' : shell}`,
    examples,
    flags: { json: jsonFlag },
    run: async (context, { json }) =>
      (await import('../commands/completion.ts')).completionScript(context, shell, formatOf(json)),
  })
}
