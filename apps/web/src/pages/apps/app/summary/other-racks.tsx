import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { racksToList } from '../../../../api/can.ts'
import { useMe } from '../../../../api/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { Row } from '../../../../ui/layout/row.tsx'
import { useShownPath } from '../../../../ui/navigation/use-shown-path.ts'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { limitedRackQuery } from '../../over-apps/limited-rack-query.ts'
import { useApp } from '../address/use-app.ts'

/** How many racks are asked at first, and after each press of the button. Each call is an audit event. */
const rackStep = 5

/** An app seldom appears on a rack, so its racks are asked again only after this time, in milliseconds. */
const staleTime = 300_000

/** Links to the same app on other racks, with the same tab. */
export function OtherRacks() {
  const { rack, app } = useApp()
  const [rackCount, setRackCount] = useState(rackStep)
  const path = useShownPath()
  const racks = racksToList(useMe(), 'app:list').filter((name) => name !== rack)
  const asked = racks.slice(0, rackCount)
  const lists = useQueries({
    queries: asked.map((name) => ({ ...limitedRackQuery(name, rackPath`/apps`, readApps), staleTime })),
  })
  const found = asked.filter((_, index) => lists[index]?.data?.some(({ name }) => name === app))
  const more = racks.length - asked.length
  if (found.length === 0 && more === 0) return null
  return (
    <Row as="nav" aria-label={`${app} on other racks`}>
      {found.length > 0 && <span className="soft">Also on</span>}
      {found.map((name) => (
        <Link
          key={name}
          to={path.startsWith('/apps/$rack/$app') ? path : '/apps/$rack/$app'}
          params={{ rack: name, app }}
          search={{}}
        >
          <VisibleText>{name}</VisibleText>
        </Link>
      ))}
      {more > 0 && (
        <Button
          kind="quiet"
          isPending={lists.some(({ isFetching }) => isFetching)}
          onPress={() => setRackCount((before) => before + rackStep)}
        >
          Look on {Math.min(rackStep, more)} more {Math.min(rackStep, more) === 1 ? 'rack' : 'racks'}
        </Button>
      )}
    </Row>
  )
}
