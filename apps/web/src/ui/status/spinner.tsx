import styles from './spinner.module.css'

/** Appears after 300 ms, so that quick responses never flash. */
export function Spinner({ label = 'Loading' }: { readonly label?: string }) {
  return (
    <span className={styles.spinner} role="img" aria-label={label}>
      <span className={styles.ring} />
    </span>
  )
}
