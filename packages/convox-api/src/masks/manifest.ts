import { hidePasswords } from './addresses.ts'
import { isSecretValue } from './secret-keys.ts'
import { hidden, type MaskView } from './view.ts'

const item = /^(\s*-\s+)(["']?)([A-Za-z0-9_.-]+)=(.*)$/s
const bareItem = /^\s*-\s+(["']?)(?:[A-Za-z0-9_.-]+|\*)\1\s*$/
const entry = /^(\s*)(["']?)([A-Za-z0-9_.-]+)\2\s*:(?:\s+(.*))?$/s
const blockHead = /^\s*(?:-\s+)?["']?environment["']?\s*:\s*(?:&[\w-]+\s*)?(?:#.*)?$/is
const aliasHead = /^\s*["']?environment["']?\s*:\s*\*[\w-]+\s*$/i
const anyHead = /environment["']?\s*:/i

interface Block {
  readonly indent: number
  /** Whether the line above was masked: what goes on below it belongs to its value. */
  masked: boolean
}

/**
 * Hides the values that a convox.yml gives to environment keys: all of them, or only secret ones, as the view says.
 * Works on lines, not on YAML: what stands below `environment:` in another form than `- KEY=value` or `KEY: value` is hidden whole.
 */
export function maskManifest(manifest: string, view: MaskView): string {
  if (view.env === 'shown') return manifest
  const shown: string[] = []
  let block: Block | null = null
  for (const line of manifest.split('\n')) {
    if (block && endsBlock(line, block)) block = null
    if (block) {
      pushIf(shown, maskLine(line, block, view))
    } else if (blockHead.test(line)) {
      block = { indent: indentOf(line), masked: false }
      shown.push(line)
    } else if (anyHead.test(line) && !aliasHead.test(line) && !isComment(line)) {
      shown.push(`# ${hidden}: from here on, since environment is not written as a block`)
      break
    } else {
      shown.push(maskLoose(line, view))
    }
  }
  return shown.join('\n')
}

function maskLine(line: string, block: Block, view: MaskView): string | null {
  if (line.trim() === '' || bareItem.test(line)) return settle(block, line, line)
  const masked = maskAssignment(line, (key, value) => isHidden(key, value, view))
  if (masked !== null) return settle(block, line, masked)
  return block.masked ? null : settle(block, line, `${' '.repeat(indentOf(line))}# ${hidden}`)
}

/** Hides the value of `- KEY=value` or `KEY: value` where asked to; null for a line that is neither. */
function maskAssignment(line: string, isMasked: (key: string, value: string) => boolean): string | null {
  const listed = item.exec(line)
  if (listed) {
    const [, dash = '', quote = '', key = '', value = ''] = listed
    return isMasked(key, value) ? `${dash}${quote}${key}=${hidden}${quote}` : line
  }
  const mapped = entry.exec(line)
  if (!mapped) return null
  const [, indent = '', quote = '', key = '', value = ''] = mapped
  return isMasked(key, value) ? `${indent}${quote}${key}${quote}: "${hidden}"` : line
}

function settle(block: Block, line: string, shown: string): string {
  block.masked = shown !== line
  return shown
}

function isHidden(key: string, value: string, view: MaskView): boolean {
  if (view.env === 'hidden') return value !== '' || view.isSecret(key)
  return view.isSecret(key) || isSecretValue(value) || /^["']?[|>&*]/.test(value)
}

/** Secret keys elsewhere (below an anchor, say), and addresses with passwords anywhere. */
function maskLoose(line: string, view: MaskView): string {
  const isMasked = (key: string, value: string) => value.trim() !== '' && view.isSecret(key)
  return hidePasswords(maskAssignment(line, isMasked) ?? line)
}

/** A list may stand at the indent of its key; anything else that isn't deeper ends the block. */
function endsBlock(line: string, block: Block): boolean {
  if (line.trim() === '' || isComment(line)) return false
  const indent = indentOf(line)
  return indent < block.indent || (indent === block.indent && !/^\s*-(\s|$)/.test(line))
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function pushIf(lines: string[], line: string | null): void {
  if (line !== null) lines.push(line)
}
