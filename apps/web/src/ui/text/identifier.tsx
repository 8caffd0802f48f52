import styles from './text.module.css'
import { VisibleText } from './visible-text.tsx'

/** An ID or another name on one line, which is cut if it is too long. */
export function Identifier({ children }: { readonly children: string }) {
  return (
    <code className={styles.line} title={children.length > 40 ? children : undefined}>
      <VisibleText>{children}</VisibleText>
    </code>
  )
}
