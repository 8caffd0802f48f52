/** Options of a command that take a secret: in the same word (`-pX`), or in the next word (`-p X`, `--password X`). */
interface SecretOptions {
  readonly attached: readonly string[]
  readonly next: readonly string[]
}

const mysql: SecretOptions = { attached: ['-p'], next: ['--password'] }
const mongo: SecretOptions = { attached: ['-p'], next: ['-p', '--password'] }
const ldap: SecretOptions = { attached: ['-w'], next: ['-w'] }
const longPassword: SecretOptions = { attached: [], next: ['--password'] }

/** Commands that take a secret as an option, by name. */
const commands: ReadonlyMap<string, SecretOptions> = new Map([
  ...forCommands('mysql mysqladmin mysqlcheck mysqldump mysqlimport mysqlsh mysqlshow', mysql),
  ...forCommands('mariadb mariadb-admin mariadb-dump mariadb-import', mysql),
  ...forCommands('mongo mongosh mongodump mongoexport mongoimport mongorestore rabbitmqadmin sshpass cqlsh', mongo),
  ...forCommands('ldapadd ldapdelete ldapmodify ldappasswd ldapsearch ldapwhoami', ldap),
  ...forCommands('az clickhouse-client docker helm podman', longPassword),
  ...forCommands('redis-cli', { attached: [], next: ['-a', '--pass'] }),
  ...forCommands('bcp sqlcmd unzip zip', { attached: ['-P'], next: ['-P'] }),
  ...forCommands('7z 7za', { attached: ['-p'], next: [] }),
  ...forCommands('curl', { attached: ['-u', '-U'], next: ['-u', '-U', '--user', '--proxy-user', '--oauth2-bearer'] }),
  ...forCommands('http https', { attached: ['-a'], next: ['-a', '--auth'] }),
  ...forCommands('wget', {
    attached: [],
    next: ['--password', '--ftp-password', '--http-password', '--proxy-password'],
  }),
  ...forCommands('skopeo', { attached: [], next: ['--creds', '--src-creds', '--dest-creds', '--password'] }),
  ...forCommands('kubectl', { attached: [], next: ['--password', '--token'] }),
  ...forCommands('openssl', { attached: [], next: ['-k', '-pass', '-passin', '-passout', '-password'] }),
  ...forCommands('keytool', { attached: [], next: ['-keypass', '-storepass', '-srcstorepass', '-deststorepass'] }),
  ...forCommands('gpg gpg2', { attached: [], next: ['--passphrase'] }),
])

/** `docker login -p X` takes a password. For `docker run`, `-p` is a port. */
const login: SecretOptions = { attached: ['-p'], next: ['-p', '--password'] }
const withLogin: ReadonlySet<SecretOptions> = new Set([longPassword])

function forCommands(names: string, options: SecretOptions): (readonly [string, SecretOptions])[] {
  return names.split(' ').map((name) => [name, options])
}

/** The secret part of a word: none, everything after the first N characters, or the next word. */
export type SecretPart = 'nothing' | 'next' | { readonly after: number }

/** Returns a reader that finds the secret part of each word in turn. */
export function createOptionReader(): { read(word: string): SecretPart; endCommand(): void } {
  let current: SecretOptions | null = null
  return {
    read(word) {
      const known = commands.get(word.slice(word.lastIndexOf('/') + 1))
      if (known) current = known
      else if (current === null || word === '') return 'nothing'
      else if (word === 'login' && withLogin.has(current)) current = login
      else return partOf(word, current)
      return 'nothing'
    },
    /** Another command follows, as after `;` in a shell. */
    endCommand() {
      current = null
    },
  }
}

function partOf(word: string, { attached, next }: SecretOptions): SecretPart {
  if (next.includes(word)) return 'next'
  const equals = word.indexOf('=')
  if (word.startsWith('--') && equals !== -1) {
    return next.includes(word.slice(0, equals)) ? { after: equals + 1 } : 'nothing'
  }
  const option = attached.find((one) => word.startsWith(one) && word.length > one.length)
  return option === undefined ? 'nothing' : { after: option.length }
}
