import type { Me } from '@rack-gateway/gateway-api'
import { Boxes, Clapperboard, Gauge, HeartPulse, ListTree, ScrollText, Users } from 'lucide-react'
import { can, racksToList } from '../api/can.ts'

/** In the order of the navigation. `key`: the second key of the page's shortcut, after `g`. */
const pages = [
  { to: '/', label: 'Overview', icon: Gauge, key: 'h', isShown: () => true },
  { to: '/apps', label: 'Apps', icon: Boxes, key: 's', isShown: (me: Me) => racksToList(me, 'app:list').length > 0 },
  {
    to: '/recordings',
    label: 'Recordings',
    icon: Clapperboard,
    key: 'v',
    isShown: (me: Me) => can(me, 'gateway:recording:read'),
  },
  { to: '/audit', label: 'Audit', icon: ScrollText, key: 'a', isShown: (me: Me) => can(me, 'gateway:audit:read') },
  { to: '/people', label: 'People and pipelines', icon: Users, key: 'p', isShown: () => true },
  { to: '/policy', label: 'Policy', icon: ListTree, key: 'o', isShown: () => true },
  { to: '/health', label: 'Health', icon: HeartPulse, key: 'l', isShown: (me: Me) => can(me, 'gateway:health:read') },
] as const

export function pagesFor(me: Me) {
  return pages.filter(({ isShown }) => isShown(me))
}
