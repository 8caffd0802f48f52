import { Page } from '../../ui/page.tsx'

export default function PeoplePage() {
  return (
    <Page title="People and pipelines">
      <p>…</p>
    </Page>
  )
}
