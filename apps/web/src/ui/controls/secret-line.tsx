import styles from './command-line.module.css'
import { CopyButton } from './copy-button.tsx'

interface SecretLineProps {
  readonly secret: string
  /** What a screen reader calls the secret, such as `The token`. */
  readonly what: string
  /** The secret as it is shown, such as in groups of four characters. */
  readonly children?: string | undefined
}

/** All of a secret, on as many lines as it needs. */
export function SecretLine({ secret, what, children = secret }: SecretLineProps) {
  return (
    <div className={styles.line}>
      <code className={styles.secret}>{children}</code>
      <CopyButton text={secret} what={what} />
    </div>
  )
}
