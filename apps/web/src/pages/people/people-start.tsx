import { Navigate } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { peopleTabs } from './tabs.ts'

/** The page `/people`: opens the first tab that the person can see. */
export default function PeopleStart() {
  const [first] = peopleTabs(useMe())
  return first === undefined ? null : <Navigate to={first.to} search={{}} replace />
}
