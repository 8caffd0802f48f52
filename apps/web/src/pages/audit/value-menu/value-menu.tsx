import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react'
import { Menu, MenuItem, Popover } from 'react-aria-components'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { type ExcludableName, type FilterName, filterNames } from '../filter/filter-names.ts'
import type { Filter } from '../filter/filter-text.ts'
import { exclude, includeOnly } from '../filter/refine.ts'
import styles from './value-menu.module.css'

interface MenuValue {
  readonly element: HTMLElement
  readonly name: FilterName
  readonly value: string
  /** The ID of the event of the row; null outside the list. */
  readonly eventId: string | null
}

const OpenMenu = createContext<(menuValue: MenuValue) => void>(() => {})

interface ValueMenuProps {
  readonly refine: (change: (filter: Filter) => Filter) => void
  readonly openEvent: (id: string) => void
  readonly children: ReactNode
}

/** One menu for all values of the page. */
export function ValueMenu({ refine, openEvent, children }: ValueMenuProps) {
  const [menuValue, setMenuValue] = useState<MenuValue | null>(null)
  const trigger = useRef<HTMLElement>(null)
  const openMenu = useMemo(
    () => (next: MenuValue) => {
      trigger.current = next.element
      setMenuValue(next)
    },
    [],
  )
  function run(action: string) {
    if (menuValue === null) return
    const { name, value, eventId } = menuValue
    if (action === 'only') refine((filter) => includeOnly(filter, name, value))
    else if (action === 'not' && canExclude(name)) refine((filter) => exclude(filter, name, value))
    else if (action === 'open' && eventId !== null) openEvent(eventId)
    else if (action === 'copy') void copy(value)
  }
  return (
    <OpenMenu value={openMenu}>
      {children}
      <Popover
        className={styles.popover ?? ''}
        aria-label="Filter"
        triggerRef={trigger}
        isOpen={menuValue !== null}
        onOpenChange={(isOpen) => !isOpen && setMenuValue(null)}
        placement="bottom start"
      >
        {menuValue && (
          <Menu
            className={styles.menu ?? ''}
            aria-label={`Filter by ${menuValue.name}`}
            autoFocus="first"
            onAction={(key) => run(`${key}`)}
            onClose={() => setMenuValue(null)}
          >
            <Item id="only" word="Only" menuValue={menuValue} />
            {canExclude(menuValue.name) && <Item id="not" word="Not" menuValue={menuValue} />}
            <MenuItem id="copy" className={styles.item ?? ''}>
              Copy the value
            </MenuItem>
            {menuValue.eventId !== null && (
              <MenuItem id="open" className={styles.item ?? ''}>
                Open the event
              </MenuItem>
            )}
          </Menu>
        )}
      </Popover>
    </OpenMenu>
  )
}

function Item({ id, word, menuValue: { name, value } }: { id: string; word: string; menuValue: MenuValue }) {
  return (
    <MenuItem id={id} className={styles.item ?? ''} textValue={word}>
      {word} {name}:<VisibleText>{value.length > 60 ? `${value.slice(0, 59)}…` : value}</VisibleText>
    </MenuItem>
  )
}

function canExclude(name: FilterName): name is ExcludableName {
  return filterNames[name].canExclude
}

async function copy(value: string) {
  try {
    await navigator.clipboard.writeText(value)
    announce('The value was copied.')
  } catch {
    announce('The value could not be copied.')
  }
}

interface ValueProps {
  readonly name: FilterName
  readonly value: string
  readonly eventId?: string
  /** Shown in place of the value. */
  readonly children?: ReactNode
}

/** A value that opens the menu. In a row, the arrow keys reach the value, and Tab skips it. */
export function Value({ name, value, eventId, children }: ValueProps) {
  const openMenu = useContext(OpenMenu)
  return (
    <button
      type="button"
      className={styles.value}
      tabIndex={eventId === undefined ? 0 : -1}
      aria-haspopup="menu"
      title={`${name}: filter`}
      onClick={(event) => {
        event.stopPropagation()
        openMenu({ element: event.currentTarget, name, value, eventId: eventId ?? null })
      }}
    >
      {children ?? <VisibleText>{value}</VisibleText>}
    </button>
  )
}
