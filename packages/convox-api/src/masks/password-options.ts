/** Options of a command that take a secret: in the same word (`-pX`), or in the next word (`-p X`, `--password X`). */
interface SecretOptions {
  readonly sameWord: readonly string[]
  readonly nextWord: readonly string[]
}

const mysql: SecretOptions = { sameWord: ['-p'], nextWord: ['--password'] }
const mongo: SecretOptions = { sameWord: ['-p'], nextWord: ['-p', '--password'] }
const ldap: SecretOptions = { sameWord: ['-w'], nextWord: ['-w'] }
const longPassword: SecretOptions = { sameWord: [], nextWord: ['--password'] }

const commands: ReadonlyMap<string, SecretOptions> = new Map([
  ...forCommands('mysql mysqladmin mysqlcheck mysqldump mysqlimport mysqlsh mysqlshow', mysql),
  ...forCommands('mariadb mariadb-admin mariadb-dump mariadb-import', mysql),
  ...forCommands('mongo mongosh mongodump mongoexport mongoimport mongorestore rabbitmqadmin sshpass cqlsh', mongo),
  ...forCommands('ldapadd ldapdelete ldapmodify ldappasswd ldapsearch ldapwhoami', ldap),
  ...forCommands('az clickhouse-client docker helm podman', longPassword),
  ...forCommands('redis-cli', { sameWord: [], nextWord: ['-a', '--pass'] }),
  ...forCommands('bcp sqlcmd unzip zip', { sameWord: ['-P'], nextWord: ['-P'] }),
  ...forCommands('7z 7za', { sameWord: ['-p'], nextWord: [] }),
  ...forCommands('curl', {
    sameWord: ['-u', '-U'],
    nextWord: ['-u', '-U', '--user', '--proxy-user', '--oauth2-bearer'],
  }),
  ...forCommands('http https', { sameWord: ['-a'], nextWord: ['-a', '--auth'] }),
  ...forCommands('wget', {
    sameWord: [],
    nextWord: ['--password', '--ftp-password', '--http-password', '--proxy-password'],
  }),
  ...forCommands('skopeo', { sameWord: [], nextWord: ['--creds', '--src-creds', '--dest-creds', '--password'] }),
  ...forCommands('kubectl', { sameWord: [], nextWord: ['--password', '--token'] }),
  ...forCommands('openssl', { sameWord: [], nextWord: ['-k', '-pass', '-passin', '-passout', '-password'] }),
  ...forCommands('keytool', { sameWord: [], nextWord: ['-keypass', '-storepass', '-srcstorepass', '-deststorepass'] }),
  ...forCommands('gpg gpg2', { sameWord: [], nextWord: ['--passphrase'] }),
])

/** `docker login -p X` takes a password. For `docker run`, `-p` is a port. */
const login: SecretOptions = { sameWord: ['-p'], nextWord: ['-p', '--password'] }
const optionsWithLogin: ReadonlySet<SecretOptions> = new Set([longPassword])

function forCommands(names: string, options: SecretOptions): (readonly [string, SecretOptions])[] {
  return names.split(' ').map((name) => [name, options])
}

/** The secret part of a word: none, everything after the first N characters, or the next word. */
export type SecretPart = 'nothing' | 'next' | { readonly after: number }

export function createOptionReader(): { read(word: string): SecretPart; endCommand(): void } {
  let current: SecretOptions | null = null
  return {
    read(word) {
      const known = commands.get(word.slice(word.lastIndexOf('/') + 1))
      if (known) current = known
      else if (current === null || word === '') return 'nothing'
      else if (word === 'login' && optionsWithLogin.has(current)) current = login
      else return partOf(word, current)
      return 'nothing'
    },
    /** Ends the current command, as `;` does in a shell. */
    endCommand() {
      current = null
    },
  }
}

function partOf(word: string, { sameWord, nextWord }: SecretOptions): SecretPart {
  if (nextWord.includes(word)) return 'next'
  const equals = word.indexOf('=')
  if (word.startsWith('--') && equals !== -1) {
    return nextWord.includes(word.slice(0, equals)) ? { after: equals + 1 } : 'nothing'
  }
  const option = sameWord.find((one) => word.startsWith(one) && word.length > one.length)
  return option === undefined ? 'nothing' : { after: option.length }
}
