import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ToolCall {
  readonly program: string
  readonly argv: readonly string[]
  readonly stdin: string
}

export interface FakeKeychain {
  calls(): readonly ToolCall[]
  /** The stored tokens by account. */
  items(): Readonly<Record<string, string>>
  /** Lets calls with `asking` continue. */
  unlock(): void
  clear(): void
}

/**
 * The beginning of both fake tools. FAKE_KEYCHAIN is `hang` (never answers), `asking` (waits for `unlock`), `locked`,
 * `full` (fails to store), `forgetful` (stores nothing, without an error), `loud` (fails to store, and repeats its
 * input), or `sealing DIRECTORY` (makes the directory read-only after storing a token). The tools are shell scripts,
 * because a shell starts faster than Node. Accounts are addresses, so `item` is a file in a directory `http:`.
 */
const common = (home: string) => `#!/bin/sh
cd '${home}' || exit 1
fail() { echo "$1" >&2; exit "$2"; }
how=$FAKE_KEYCHAIN
stdin=$(cat; echo .)
stdin=\${stdin%.}
previous= account= what=$1
for word in "$@"; do
  case $previous in account | -a) account=$word ;; esac
  previous=$word
done
printf '%s\\0' "\${0##*/}" "$#" "$@" "$stdin" >> calls
if [ "$how" = hang ]; then sleep 40 & exec sleep 40; fi
if [ "$how" = asking ]; then until [ -e unlocked ]; do sleep 0.05; done; fi
if [ "$how" = loud ] && [ -n "$stdin" ]; then echo "repeated: $stdin" >&2; fi
keep() {
  printf %s "$1" > "items/$account"
  case $how in
  forgetful) rm -r items; mkdir -p items/http: ;;
  sealing*) chmod 500 "\${how#sealing }" ;;
  esac
}
item="items/$account"
`

const secretTool = `
case $what in
store)
  case $how in locked | loud | full) fail 'secret-tool: Cannot create an item in a locked collection' 1 ;; esac
  keep "$stdin" ;;
lookup)
  if [ "$how" = locked ] || [ ! -f "$item" ]; then exit 1; fi
  cat "$item" ;;
search)
  if [ -f "$item" ]; then printf '[/1]\\nlabel = x\\n'; fi ;;
*)
  if [ "$how" = locked ] || [ ! -f "$item" ]; then exit 1; fi
  rm "$item" ;;
esac
`

const security = `
not_found='security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.'
if [ "$how" = locked ]; then fail 'security: SecKeychainItemCreateFromContent (<default>): User interaction is not allowed.' 36; fi
case $what in
-i)
  case $how in loud | full) fail failed 1 ;; esac
  account=\${stdin#* -a \\"}
  account=\${account%%\\"*}
  hex=\${stdin##* -X }
  hex=\${hex%?}
  octal=
  while [ -n "$hex" ]; do
    rest=\${hex#??}
    byte=$((0x\${hex%"$rest"}))
    octal="$octal\\\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
    hex=$rest
  done
  keep "$(printf "$octal")" ;;
find-generic-password)
  if [ ! -f "$item" ]; then fail "$not_found" 44; fi
  cat "$item"; echo ;;
*)
  if [ ! -f "$item" ]; then fail "$not_found" 44; fi
  rm "$item" ;;
esac
`

/** Writes fake versions of `secret-tool` and of `security` of macOS. @param bin a directory of the PATH */
export function writeFakeKeychains(bin: string, home: string): FakeKeychain {
  for (const [name, script] of Object.entries({ 'secret-tool': secretTool, security })) {
    writeFileSync(join(bin, name), `${common(home)}${script}`)
    chmodSync(join(bin, name), 0o755)
  }
  const items = join(home, 'items')
  mkdirSync(join(items, 'http:'), { recursive: true })
  return {
    calls() {
      const calls: ToolCall[] = []
      const words = readOrEmpty(join(home, 'calls')).split('\0')
      while (words.length > 1) {
        const [program = '', count = ''] = words.splice(0, 2)
        const argv = words.splice(0, Number(count))
        calls.push({ program, argv, stdin: words.shift() ?? '' })
      }
      return calls
    },
    items: () =>
      Object.fromEntries(
        readdirSync(join(items, 'http:')).map((name) => [
          `http://${name}`,
          readFileSync(join(items, 'http:', name), 'utf8'),
        ]),
      ),
    unlock: () => writeFileSync(join(home, 'unlocked'), ''),
    clear() {
      rmSync(items, { recursive: true })
      mkdirSync(join(items, 'http:'), { recursive: true })
    },
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
