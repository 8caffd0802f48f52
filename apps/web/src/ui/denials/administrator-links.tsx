import { useMe } from '../../api/queries.ts'
import { VisibleText } from '../text/visible-text.tsx'

/** Email addresses that the API tells the person. Empty for most people. @param before text before the first address */
export function AdministratorLinks({ before }: { readonly before: string }) {
  const { administrators = [] } = useMe()
  return administrators.map((email, index) => (
    <span key={email}>
      {index === 0 ? before : ', '}
      <a href={`mailto:${encodeURIComponent(email)}`}>
        <VisibleText>{email}</VisibleText>
      </a>
    </span>
  ))
}
