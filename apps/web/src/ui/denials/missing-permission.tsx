import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { matrixQuery } from '../../api/policy-queries.ts'
import { WayOnward } from './way-onward.tsx'

/** Shown in place of a page or a tab that the API would deny. Asks the API for nothing but the policy. */
export function MissingPermission({ permission }: { readonly permission: string }) {
  const { data } = useQuery(matrixQuery)
  const description = data?.permissions.find(({ name }) => name === permission)?.description
  return (
    <section className="stack-2" aria-label="Why this page is empty">
      <p>
        Your roles do not include{' '}
        <Link to="/policy" search={{ tab: 'matrix', permission }}>
          <code>{permission}</code>
        </Link>
        {description !== undefined && <>: {description}</>}.
      </p>
      <WayOnward facts={{ rule: 'no-permission', source: 'bindings', permission }} />
      <p>
        <Link to="/access">See your roles</Link>
      </p>
    </section>
  )
}
