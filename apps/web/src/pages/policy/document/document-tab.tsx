import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { matrixQuery, policyQuery } from '../../../api/policy-queries.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { QueryResult } from '../queries/query-result.tsx'
import { DocumentLines } from './document-lines.tsx'
import styles from './document-tab.module.css'

const route = getRouteApi('/policy')

export function DocumentTab() {
  const { text: chosenText } = route.useSearch()
  const policy = useQuery(policyQuery)
  const matrix = useQuery(matrixQuery)
  return (
    <QueryResult query={policy} what="the document">
      {({ text, source, policy: hash }) => (
        <>
          <p className={styles.about}>
            {text === null ? (
              <>The built-in policy is in force, because this gateway has no policy document.</>
            ) : (
              <>
                <VisibleText>{source}</VisibleText> is in force. For anything that it does not set, the built-in policy
                applies.
              </>
            )}{' '}
            SHA-256: <code className={styles.hash}>{hash}</code>
          </p>
          {text !== null && (
            <nav aria-label="Documents" className={styles.documents}>
              <DocumentLink search={{}}>{source}</DocumentLink>
              <DocumentLink search={{ text: 'built-in' }}>The built-in policy</DocumentLink>
            </nav>
          )}
          {text !== null && chosenText === undefined ? (
            <DocumentLines text={text} name={source} />
          ) : (
            <QueryResult query={matrix} what="the built-in policy">
              {({ builtInText }) => <DocumentLines text={builtInText} name="built-in" />}
            </QueryResult>
          )}
        </>
      )}
    </QueryResult>
  )
}

interface DocumentLinkProps {
  readonly search: { readonly text?: 'built-in' }
  readonly children: string
}

function DocumentLink({ search, children }: DocumentLinkProps) {
  return (
    <Link to="/policy" search={search} className={styles.document} activeOptions={{ exact: true }}>
      <VisibleText>{children}</VisibleText>
    </Link>
  )
}
