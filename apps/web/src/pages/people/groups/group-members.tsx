import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { listQuery } from '../lists/list-query.ts'
import styles from '../panel/grant-list.module.css'
import { PanelPart } from '../panel/panel.tsx'

export function GroupMembers({ group }: { readonly group: string }) {
  const list = useInfiniteQuery(listQuery('/users', { group }))
  const members = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <PanelPart title="Members">
      {list.error && <Problem error={list.error} />}
      {list.isPending && <Spinner label="Loading the members" />}
      {list.data && members.length === 0 && <p className="soft">Nobody in this group has logged in.</p>}
      <ul className={styles.list}>
        {members.map(({ id, email }) => (
          <li key={id}>
            <Link to="/people/users" search={{ open: id }}>
              <VisibleText>{email}</VisibleText>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <p>
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </PanelPart>
  )
}
