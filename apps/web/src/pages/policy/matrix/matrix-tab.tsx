import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { matrixQuery } from '../../../api/policy-queries.ts'
import { TextField } from '../../../ui/controls/fields.tsx'
import { QueryResult } from '../queries/query-result.tsx'
import { MatrixTable } from './matrix-table.tsx'
import { permissionGroups } from './permission-groups.ts'

const route = getRouteApi('/policy')

export function MatrixTab() {
  const matrix = useQuery(matrixQuery)
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <QueryResult query={matrix} what="roles and permissions">
      {(loaded) => (
        <>
          <TextField
            label="Filter permissions"
            placeholder="For example, deploy or gateway:user"
            value={q}
            onChange={(text) =>
              void navigate({
                search: ({ q: _, ...others }) => ({ ...others, ...(text !== '' && { q: text }) }),
                replace: true,
              })
            }
          />
          <MatrixTable matrix={loaded} groups={permissionGroups(loaded.permissions, q)} />
        </>
      )}
    </QueryResult>
  )
}
