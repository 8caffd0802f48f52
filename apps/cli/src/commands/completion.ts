import { bashScript } from '../completion/scripts/bash.ts'
import { fishScript } from '../completion/scripts/fish.ts'
import { powershellScript } from '../completion/scripts/powershell.ts'
import { zshScript } from '../completion/scripts/zsh.ts'
import type { Context } from '../context.ts'
import { safeJson } from '../output/safe-json.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript }

export type Shell = keyof typeof scripts

/** Prints what a shell loads. */
export function completionScript(context: Context, shell: Shell, format: 'text' | 'json'): void {
  const script = scripts[shell]
  context.print(format === 'json' ? safeJson({ shell, script }, 2) : script)
}
