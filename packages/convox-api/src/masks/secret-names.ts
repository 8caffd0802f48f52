/** Names that are secret in every command, alone or as the last part of a longer name. */
const alwaysSecretNames =
  /(?:^|[-_.])(?:pass|passwd|password|passphrase|token|secret|api[-_.]?key|authorization|cookie)$/i

/** Also matches other spellings of secret keys, such as `db-pass` and `dbPass`, and names that are always secret. */
export function createSecretNameMatcher(isSecret: (name: string) => boolean): (name: string) => boolean {
  return function isSecretName(name) {
    if (name.length > maxSplitNameLength) return isSecret(name)
    if (isSecret(name) || alwaysSecretNames.test(name)) return true
    const spelled = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[-.]/g, '_')
    return spelled !== name && (isSecret(spelled) || alwaysSecretNames.test(spelled))
  }
}

const maxSplitNameLength = 200

/** Whether a word is an option whose next word is a secret. `--password-stdin` and `--key-file` are not. */
export function isSecretOption(word: string, isSecretWord: (name: string) => boolean): boolean {
  const [, name = ''] = option.exec(word) ?? []
  return name !== '' && !nonSecretOption.test(name) && isSecretWord(name)
}

const option = /^--?([A-Za-z_][\w.-]*)$/
const nonSecretOption = /^no-|[-_](?:stdin|file|path|dir)$/i

/** Redacts credentials that have a known prefix, and keeps the prefix. */
export function redactCredentials(text: string): string {
  return text.replaceAll(credential, '$1[hidden]').replaceAll(jwt, 'eyJ[hidden]')
}

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
