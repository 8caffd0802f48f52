import { Link } from '@tanstack/react-router'
import styles from './text.module.css'
import { VisibleText } from './visible-text.tsx'

/** @param source where a rule is defined, such as `policy.yaml:12`, or `bindings`, which has no line to link to */
export function PolicySource({ source }: { readonly source: string }) {
  const [, document, line] = /^(.+):(\d+)$/.exec(source) ?? []
  const text = (
    <code className={styles.line}>
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
