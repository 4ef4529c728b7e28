import { shuffle, type Random } from '../../../models/random.ts'

const first =
  'Abyss Amber Anchor Arctic Aurora Azure Bay Beacon Bight Blue Brine Bright Calm Cape Cinder Clear Cobalt Copper Coral Crescent Current Dawn Deep Delta Drift Dusk East Ebb Echo Ember Fathom Fjord Flint Foam Gale Glass Golden Granite Gulf Haven Heron High Horizon Indigo Iron Isle Ivory Jade Keel Lagoon Lantern Lunar Marble Maroon Mist Moon Neap Night North Ocean Opal Outer Pearl Pilot Polar Quiet Rapid Reef Rift Salt Sand Scarlet Shallow Silver South Spring Storm Sun Swift'.split(
    ' ',
  )
const second =
  'Atoll Bank Bar Basin Beach Bend Bloom Bluff Boat Bridge Buoy Cay Channel Cliff Coast Cove Craft Creek Crest Dock Dune Estuary Ferry Fin Fleet Flow Ford Harbor Haul Head Helm Hook Inlet Jetty Key Landing Ledge Light Lock Lode Mast Meadow Mill Moor Narrows Net Oar Pass Pier Point Pond Pool Port Quay Raft Ridge Rill River Road Sail Shelf Ship Shoal Shore Sluice Sound Spit Spray Strait Stream Surf Swell Tack Tide Trawl Vale Wake Weir Wharf'.split(
    ' ',
  )

/** An organisation's name and what is made of it. */
export interface Name {
  readonly title: string
  /** `harbor-light`: the slug, CoinGecko's id and the end of `parent#…`. */
  readonly slug: string
  readonly symbol: string
}

/** As many distinct names as asked for, in random order. */
export function drawNames(random: Random, count: number): Name[] {
  const pairs = shuffle(
    Int32Array.from({ length: first.length * second.length }, (_, i) => i),
    random,
  )
  return Array.from({ length: count }, (_, i) => {
    const pair = pairs[i % pairs.length]!
    const round = Math.floor(i / pairs.length)
    const [a, b] = [first[Math.floor(pair / second.length)]!, second[pair % second.length]!]
    const suffix = round === 0 ? '' : ` ${round + 1}`
    const title = `${a} ${b}${suffix}`
    return { title, slug: title.toLowerCase().replaceAll(' ', '-'), symbol: symbolOf(a, b, round) }
  })
}

function symbolOf(a: string, b: string, round: number): string {
  const letters = `${a.slice(0, 2)}${b.slice(0, 2)}`.toUpperCase()
  return round === 0 ? letters : `${letters}${round + 1}`
}
