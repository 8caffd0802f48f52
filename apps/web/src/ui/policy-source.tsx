import { Link } from '@tanstack/react-router'
import styles from './policy-source.module.css'
import { VisibleText } from './visible-text.tsx'

/**
 * Where a rule is defined, such as `policy.yaml:12`: a link to the line, on the policy page.
 * A source that is no line, such as `bindings`, stays text.
 */
export function PolicySource({ source }: { readonly source: string }) {
  const [, document, line] = /^(.+):(\d+)$/.exec(source) ?? []
  const text = (
    <code className={styles.source}>
      <VisibleText>{source}</VisibleText>
    </code>
  )
  if (line === undefined) return text
  return (
    <Link to="/policy" search={document === 'built-in' ? { text: 'built-in' } : {}} hash={`L${line}`}>
      {text}
    </Link>
  )
}
