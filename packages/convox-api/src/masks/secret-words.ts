/** Names that are secret in a command whatever the policy says, whole or as the last part of a longer name. */
const ownNames = /(?:^|[-_.])(?:pass|passwd|password|passphrase|token|secret|api[-_.]?key|authorization|cookie)$/i

/** The notion of secret names for commands: the policy's, also for `db-pass` and `dbPass`, and the names above. */
export function createSecretWords(isSecret: (name: string) => boolean): (name: string) => boolean {
  return function isSecretWord(name) {
    if (name.length > longestName) return isSecret(name)
    if (isSecret(name) || ownNames.test(name)) return true
    const spelled = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[-.]/g, '_')
    return spelled !== name && (isSecret(spelled) || ownNames.test(spelled))
  }
}

const longestName = 200

/** Whether a word is an option whose value is secret and can be the next word. `--password-stdin` and `--key-file` take none. */
export function isSecretOption(word: string, isSecretWord: (name: string) => boolean): boolean {
  const [, name = ''] = option.exec(word) ?? []
  return name !== '' && !withoutSecret.test(name) && isSecretWord(name)
}

const option = /^--?([A-Za-z_][\w.-]*)$/
const withoutSecret = /^no-|[-_](?:stdin|file|path|dir)$/i

/** Replaces credentials that are known by how they begin; the beginning stays. */
export function hideCredentials(text: string): string {
  return text.replaceAll(credential, '$1[hidden]').replaceAll(jwt, 'eyJ[hidden]')
}

/** Of AWS, Stripe, GitHub, GitLab, Slack, Google, npm, OpenAI and Anthropic, SendGrid, DigitalOcean, and Hugging Face. */
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
