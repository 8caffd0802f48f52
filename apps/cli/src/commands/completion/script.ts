import type { Arguments, CommandModule, CommandOptions } from '../../command-line/command-module.ts'
import { bashScript } from '../../completion/scripts/bash.ts'
import { fishScript } from '../../completion/scripts/fish.ts'
import { powershellScript } from '../../completion/scripts/powershell.ts'
import { zshScript } from '../../completion/scripts/zsh.ts'
import { safeJson } from '../../output/safe-json.ts'
import { jsonOption } from '../options/shared-options.ts'

const builder = { json: jsonOption } as const satisfies CommandOptions

export const bash = scriptCommand({
  shell: 'bash',
  title: 'bash 3.2 or later',
  script: bashScript,
  examples: ['eval "$(rack-gateway completion bash)"     # in ~/.bashrc'],
})

export const zsh = scriptCommand({
  shell: 'zsh',
  title: 'zsh',
  script: zshScript,
  examples: [
    'eval "$(rack-gateway completion zsh)"     # in ~/.zshrc, after compinit',
    'rack-gateway completion zsh > ~/.zfunc/_rack-gateway     # in a directory of your fpath',
  ],
})

export const fish = scriptCommand({
  shell: 'fish',
  title: 'fish',
  script: fishScript,
  examples: ['rack-gateway completion fish > ~/.config/fish/completions/rack-gateway.fish'],
})

export const powershell = scriptCommand({
  shell: 'powershell',
  title: 'PowerShell',
  script: powershellScript,
  examples: ['rack-gateway completion powershell | Out-String | Invoke-Expression     # in $PROFILE'],
})

interface ShellScript {
  readonly shell: string
  readonly title: string
  readonly script: string
  readonly examples: readonly string[]
}

function scriptCommand({ shell, title, script, examples }: ShellScript): CommandModule {
  return {
    command: shell,
    describe: `Print the completion script for ${title}.`,
    examples,
    builder,
    progress: null,
    async handler({ context, json }: Arguments<typeof builder>) {
      context.print(json ? safeJson({ shell, script }, 2) : script)
    },
  }
}
