import { Bookmark, Settings2 } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { CurrentLink } from '../../../ui/navigation/current-link.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { type AuditSearch, filterParameter } from '../address/audit-search.ts'
import type { AuditView } from '../address/use-audit-view.ts'
import { viewNames, viewTitles } from '../filter/view-names.ts'
import { type SavedView, useSavedViews } from './saved-views.ts'
import styles from './view-links.module.css'

interface ViewLink {
  readonly title: string
  readonly q: string
  readonly search: AuditSearch
  readonly isSaved: boolean
  readonly isCurrent: boolean
}

/** Views are links: each is a filter in the address of the page, so it can be opened in a tab and sent to others. */
export function ViewLinks({ view }: { readonly view: AuditView }) {
  const { views } = useSavedViews()
  const navigation = useRef<HTMLElement>(null)
  const links = [...builtInLinks(view), ...views.map((saved) => savedLink(saved, view))]
  const { text } = view
  // On a narrow screen, the current view can be out of sight.
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [text])
  return (
    <div className={styles.bar}>
      <nav ref={navigation} aria-label="Views" className={styles.views}>
        {links.map(({ title, q, search, isSaved, isCurrent }, index) => (
          <CurrentLink key={`${index} ${q}`} to="/audit" search={search} className={styles.view} isCurrent={isCurrent}>
            {isSaved && <Bookmark aria-hidden size={12} />}
            <VisibleText>{title}</VisibleText>
          </CurrentLink>
        ))}
      </nav>
      <Button
        kind="quiet"
        isDisabled={links.some(({ isCurrent }) => isCurrent)}
        onPress={() => view.setSearch({ dialog: 'save-view' })}
      >
        <Bookmark aria-hidden /> <span className={styles.label}>Save view</span>
      </Button>
      {views.length > 0 && (
        <Button kind="quiet" aria-label="Saved views" onPress={() => view.setSearch({ dialog: 'saved-views' })}>
          <Settings2 aria-hidden />
        </Button>
      )}
    </div>
  )
}

/** The links keep the range of the page. */
function builtInLinks({ text, search: { range, live } }: AuditView): ViewLink[] {
  const filters = [...viewNames.map((name) => ({ title: viewTitles[name], q: `view:${name}` })), everything]
  return filters.map(({ title, q }) => ({
    title,
    q,
    search: searchOf({ q, range, live }),
    isSaved: false,
    isCurrent: q === text,
  }))
}

const everything = { title: 'Everything', q: '' }

function savedLink({ name, q, range }: SavedView, view: AuditView): ViewLink {
  return {
    title: name,
    q,
    search: searchOf({ q, range, live: view.search.live }),
    isSaved: true,
    isCurrent: q === view.text && range === view.search.range,
  }
}

export function searchOf({
  q,
  range,
  live,
}: { q: string } & Partial<Pick<AuditSearch, 'range' | 'live'>>): AuditSearch {
  const text = filterParameter(q)
  return { ...(text !== undefined && { q: text }), ...(range !== undefined && { range }), ...(live && { live }) }
}
