import { Navigate } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { peopleTabs } from './tabs.ts'

/** For an address without a tab. */
export default function PeopleStart() {
  const [first] = peopleTabs(useMe())
  return first === undefined ? null : <Navigate to={first.to} search={{}} replace />
}
