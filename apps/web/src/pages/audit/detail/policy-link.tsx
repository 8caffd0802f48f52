import { Link } from '@tanstack/react-router'
import { VisibleText } from '../../../ui/visible-text.tsx'

/** Where a rule is: a line of the policy as a link, or another source as text. */
export function PolicyLink({ source }: { readonly source: string }) {
  const line = lineOf(source)
  if (line === null) return <VisibleText>{source}</VisibleText>
  return (
    <Link to="/policy" hash={`L${line}`}>
      <VisibleText>{source}</VisibleText>
    </Link>
  )
}

/** The line in a source such as `built-in:137` or `policy.yml:12`. Policy packages have `@` and a version. */
function lineOf(source: string): number | null {
  const [, line] = /:(\d{1,6})$/.exec(source) ?? []
  return line === undefined ? null : Number(line)
}
