import type { FunctionComponent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { AlertsPage } from './pages/alerts-page.tsx'
import { JobsPage } from './pages/jobs-page.tsx'
import { ModelsPage } from './pages/models-page.tsx'
import { OverviewPage } from './pages/overview-page.tsx'
import { ProtocolPage } from './pages/protocol-page.tsx'
import { ScansPage } from './pages/scans-page.tsx'
import { Empty } from './parts/states.tsx'
import { linkTo, type PageAddress, useAddress } from './route.ts'
import { type Market, MarketContext } from './market.ts'
import { useAnswer } from './use-answer.ts'

const menu = [
  ['', 'Overview'],
  ['models', 'Models'],
  ['scans', 'Scans'],
  ['jobs', 'Jobs'],
  ['alerts', 'Alerts'],
] as const

const pages: Readonly<Record<string, FunctionComponent<{ id: string | undefined }>>> = {
  '': OverviewPage,
  alerts: AlertsPage,
  jobs: JobsPage,
  models: ModelsPage,
  protocols: ProtocolPage,
  scans: ScansPage,
}

export function App() {
  const address = useAddress()
  const market = useAnswer('/market', {}, { everyMs: 60_000 })
  return (
    <MarketContext.Provider value={market.data}>
      <a class="skip" href="#content" onClick={focusContent}>
        Skip to the content
      </a>
      <MarketBanner market={market.data} isUnknown={market.fault !== undefined} />
      <header class="top">
        <a class="brand" href={linkTo('')}>
          <img src="icon.svg" alt="" width="24" height="24" />
          Tidegauge
        </a>
        <nav aria-label="Pages">
          {menu.map(([page, name]) => (
            <a href={linkTo(page)} aria-current={address.page === page ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <nav aria-label="Elsewhere" class="elsewhere">
          <a href="/admin/queues">Queues</a>
          <a href="/docs">API</a>
        </nav>
      </header>
      <Content {...address} />
    </MarketContext.Provider>
  )
}

function Content({ page, id }: PageAddress) {
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  const name = menu.find(([known]) => known === page)?.[1] ?? 'Protocol'
  useEffect(() => {
    document.title = `${id ?? name} · Tidegauge`
    // Whoever follows a link by keyboard or screen reader continues on the new page, not in the menu.
    if (!isFirst.current) main.current?.focus()
    isFirst.current = false
    scrollTo(0, 0)
  }, [page, id, name])
  const Page = pages[page]
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {Page ? <Page key={id} id={id} /> : <Empty>There is no page “{page}”.</Empty>}
    </main>
  )
}

const banners: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  simulate: ['SIMULATED MARKET', 'no figure on these pages is about a real protocol'],
  replay: ['REPLAYED MARKET', 'recorded data of the past'],
}

/** Figures must not pass for real ones because an answer is missing. */
const unknown = ['UNKNOWN MARKET', 'the server does not say whether these figures are real'] as const

function MarketBanner({ market, isUnknown }: { market: Market | undefined; isUnknown: boolean }) {
  if (!market && !isUnknown) return null
  const [name, meaning] = market ? (banners[market.mode] ?? []) : unknown
  return name ? (
    <aside class="market" aria-label="Kind of market">
      <strong>{name}</strong> <span>· {meaning}</span>
      {market?.as_of && <span class="day"> · it is {market.as_of.slice(0, 10)} there</span>}
    </aside>
  ) : null
}

function focusContent(event: Event): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
