/** Names that are secret in every command, alone or as the last part of a longer name. */
const alwaysSecretNames =
  /(?:^|[-_.])(?:pass|passwd|password|passphrase|token|secret|api[-_.]?key|authorization|cookie)$/i

/** Also matches other spellings of secret keys, such as `db-pass` and `dbPass`, and names that are always secret. */
export function createSecretNameMatcher(isSecret: (name: string) => boolean): (name: string) => boolean {
  return function isSecretName(name) {
    if (name.length > maxSplitNameLength) return isSecret(name)
    if (isSecret(name) || alwaysSecretNames.test(name)) return true
    if (!otherSpelling.test(name)) return false
    const spelled = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[-.]/g, '_')
    return isSecret(spelled) || alwaysSecretNames.test(spelled)
  }
}

const maxSplitNameLength = 200
/** The names that are not spelled with underscores. */
const otherSpelling = /[a-z0-9][A-Z]|[-.]/

/** Whether a word is an option whose next word is a secret. `--password-stdin` and `--key-file` are not. */
export function isSecretOption(word: string, isSecretWord: (name: string) => boolean): boolean {
  if (!word.startsWith('-')) return false
  const name = option.exec(word)?.[1]
  return name !== undefined && !nonSecretOption.test(name) && isSecretWord(name)
}

const option = /^--?([A-Za-z_][\w.-]*)$/
const nonSecretOption = /^no-|[-_](?:stdin|file|path|dir)$/i

/** Redacts credentials that have a known prefix, and keeps the prefix. */
export function redactCredentials(text: string): string {
  if (text.length < shortestCredential) return text
  return text.replaceAll(credential, '$1[hidden]').replaceAll(jwt, 'eyJ[hidden]')
}

/** The length of the shortest text that `credential` or `jwt` matches: `whsec_` with 8 characters, and `eyJ….…`. */
export const shortestCredential = 14

/** Prefixes of AWS, Stripe, GitHub, GitLab, Slack, Google, npm, OpenAI, Anthropic, SendGrid, and others. */
const prefixes = [
  '(?:AKIA|ASIA)(?=[A-Z0-9]{12})',
  '(?:[sr]k_(?:live|test)_|whsec_)(?=[A-Za-z0-9]{8})',
  '(?:gh[oprsu]_|github_pat_|npm_|hf_|dop_v1_)(?=[A-Za-z0-9]{16})',
  '(?:glpat-|xox[abeoprs]-|sk-(?:ant|proj)-|SG\\.)(?=[\\w.-]{16})',
  'sk-(?=[A-Za-z0-9]{20})',
  'AIza(?=[\\w-]{30})',
]
const credential = new RegExp(`(?<![A-Za-z0-9])(${prefixes.join('|')})[\\w.-]+`, 'g')
const jwt = /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g
