import { hidePasswords } from './addresses.ts'
import { commandText } from './command-text.ts'
import { isSecretValue } from './secret-keys.ts'
import { hidden, type MaskView } from './view.ts'

const item = /^(\s*-\s+)(["']?)([A-Za-z0-9_.-]+)=(.*)$/s
const bareItem = /^\s*-\s+(["']?)(?:[A-Za-z0-9_.-]+|\*)\1\s*$/
const entry = /^(\s*)(["']?)([A-Za-z0-9_.-]+)\2\s*:(?:\s+(.*))?$/s
const blockHead = /^\s*(?:-\s+)?["']?environment["']?\s*:\s*(?:&[\w-]+\s*)?(?:#.*)?$/is
const aliasHead = /^\s*["']?environment["']?\s*:\s*\*[\w-]+\s*$/i
const anyHead = /environment["']?\s*:/i

/** Says of a key and its value whether the value is to be hidden. */
type IsHidden = (key: string, value: string) => boolean

/** Where in the manifest the lines are. */
interface Place {
  /** Indent of the `environment:` that we are below; null outside. */
  block: number | null
  /** Indent of the line that was masked last: what is deeper belongs to its value. */
  masked: number | null
}

/**
 * Hides the values that a convox.yml gives to environment keys: all of them, or only secret ones, as the view says.
 * Works on lines, not on YAML: what stands below `environment:` in another form than `- KEY=value` or `KEY: value` is hidden whole.
 */
export function maskManifest(manifest: string, view: MaskView): string {
  if (view.env === 'shown') return manifest
  const place: Place = { block: null, masked: null }
  const shown: string[] = []
  for (const line of manifest.split('\n')) {
    if (belongsToMasked(line, place)) continue
    if (place.block !== null && endsBlock(line, place.block)) place.block = null
    if (place.block === null && isFlow(line)) {
      shown.push(`# ${hidden}: from here on, since environment is not written as a block`)
      break
    }
    const masked = place.block === null ? maskLoose(line, view) : maskInBlock(line, view)
    if (masked !== line) place.masked = indentOf(line)
    if (place.block === null && blockHead.test(line)) place.block = indentOf(line)
    shown.push(masked)
  }
  return shown.join('\n')
}

function belongsToMasked(line: string, place: Place): boolean {
  if (place.masked === null || line.trim() === '') return false
  if (indentOf(line) > place.masked) return true
  place.masked = null
  return false
}

function maskInBlock(line: string, view: MaskView): string {
  if (line.trim() === '' || bareItem.test(line)) return line
  const isHidden: IsHidden = (key, value) => {
    if (view.env === 'hidden') return value.trim() !== ''
    return view.isSecret(key) || isSecretValue(value) || /^["']?[|>&*]/.test(value)
  }
  return maskAssignment(line, isHidden) ?? `${' '.repeat(indentOf(line))}# ${hidden}`
}

/** Secret keys elsewhere (below an anchor, say), and anywhere passwords in addresses and secrets in commands. */
function maskLoose(line: string, view: MaskView): string {
  const isHidden: IsHidden = (key, value) => value.trim() !== '' && view.isSecret(key)
  return commandText(maskAssignment(line, isHidden) ?? hidePasswords(line), view)
}

/** Hides the value of `- KEY=value` or `KEY: value` where asked to; null for a line that is neither. */
function maskAssignment(line: string, isHidden: IsHidden): string | null {
  const listed = item.exec(line)
  if (listed) {
    const [, dash = '', quote = '', key = '', value = ''] = listed
    return isHidden(key, value) ? `${dash}${quote}${key}=${hidden}${quote}` : hidePasswords(line)
  }
  const mapped = entry.exec(line)
  if (!mapped) return null
  const [, indent = '', quote = '', key = '', value = ''] = mapped
  return isHidden(key, value) ? `${indent}${quote}${key}${quote}: "${hidden}"` : hidePasswords(line)
}

/** `environment` that isn't the head of a block: `[…]`, `{…}`, or within another flow. Where it ends can't be told from lines. */
function isFlow(line: string): boolean {
  return anyHead.test(line) && !blockHead.test(line) && !aliasHead.test(line) && !isComment(line)
}

/** A list may stand at the indent of its key; anything else that isn't deeper ends the block. */
function endsBlock(line: string, block: number): boolean {
  if (line.trim() === '' || isComment(line)) return false
  const indent = indentOf(line)
  return indent < block || (indent === block && !/^\s*-(\s|$)/.test(line))
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
