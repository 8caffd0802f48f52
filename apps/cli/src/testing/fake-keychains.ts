import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How a stand-in was called. */
export interface ToolCall {
  readonly program: string
  readonly argv: readonly string[]
  readonly stdin: string
}

export interface FakeKeychain {
  /** Every call so far, with what it read. */
  calls(): readonly ToolCall[]
  /** What is kept, by account. */
  items(): Readonly<Record<string, string>>
}

/**
 * What both stand-ins begin with: all that they get is noted; FAKE_KEYCHAIN is `hang`, `locked`, `full`, `forgetful`, `loud`,
 * or `sealing DIRECTORY`, which nobody may write in any more once something is kept.
 */
const common = (home: string) => `#!${process.execPath}
const { appendFileSync, chmodSync, readFileSync, writeFileSync } = require('node:fs')
const argv = process.argv.slice(2)
const how = process.env.FAKE_KEYCHAIN ?? ''
const items = (() => { try { return JSON.parse(readFileSync(${JSON.stringify(join(home, 'items.json'))}, 'utf8')) } catch { return {} } })()
const save = () => {
  writeFileSync(${JSON.stringify(join(home, 'items.json'))}, JSON.stringify(how === 'forgetful' ? {} : items))
  if (how.startsWith('sealing ')) chmodSync(how.slice('sealing '.length), 0o500)
}
const fail = (text, code) => { process.stderr.write(text + '\\n'); process.exit(code) }
const after = (name) => argv[argv.indexOf(name) + 1]
const stdin = readFileSync(0, 'utf8')
appendFileSync(${JSON.stringify(join(home, 'calls.ndjson'))}, JSON.stringify({ program: require('node:path').basename(__filename), argv, stdin }) + '\\n')
if (how === 'hang') { require('node:child_process').spawn('sleep', ['30'], { stdio: 'inherit' }); setInterval(() => {}, 1000); return }
if (how === 'loud' && stdin !== '') process.stderr.write('repeated: ' + stdin + '\\n')
`

const secretTool = `
const account = after('account')
if (argv[0] === 'store') {
  if (how === 'locked' || how === 'loud' || how === 'full') fail('secret-tool: Cannot create an item in a locked collection', 1)
  items[account] = stdin
  save()
} else if (argv[0] === 'lookup') {
  if (how === 'locked' || items[account] === undefined) process.exit(1)
  process.stdout.write(items[account])
} else if (argv[0] === 'search') {
  if (items[account] !== undefined) process.stdout.write('[/1]\\nlabel = x\\n')
} else {
  if (how === 'locked' || items[account] === undefined) process.exit(1)
  delete items[account]
  save()
}
`

const security = `
const notFound = 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.'
if (how === 'locked') fail('security: SecKeychainItemCreateFromContent (<default>): User interaction is not allowed.', 36)
if (argv[0] === '-i') {
  const words = [...stdin.matchAll(/"([^"]*)"|(\\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)
  if (how === 'loud' || how === 'full') fail('failed', 1)
  items[words[words.indexOf('-a') + 1]] = Buffer.from(words[words.indexOf('-X') + 1], 'hex').toString()
  save()
} else if (argv[0] === 'find-generic-password') {
  if (items[after('-a')] === undefined) fail(notFound, 44)
  process.stdout.write(items[after('-a')] + '\\n')
} else {
  if (items[after('-a')] === undefined) fail(notFound, 44)
  delete items[after('-a')]
  save()
}
`

/** Writes stand-ins for `secret-tool` and macOS's `security`, which note what they are given. @param bin a directory of the PATH */
export function writeFakeKeychains(bin: string, home: string): FakeKeychain {
  for (const [name, does] of Object.entries({ 'secret-tool': secretTool, security })) {
    writeFileSync(join(bin, name), `${common(home)}${does}`)
    chmodSync(join(bin, name), 0o755)
  }
  const read = (name: string) => {
    try {
      return readFileSync(join(home, name), 'utf8')
    } catch {
      return ''
    }
  }
  return {
    calls: () =>
      read('calls.ndjson')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    items: () => JSON.parse(read('items.json') || '{}'),
  }
}
