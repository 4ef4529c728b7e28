/**
 * From ten answers on a share is known to within 0.23 (90 %, Wilson): with fewer, chance would choose between detectors.
 * Both kinds are needed, or there is nothing to tell apart.
 */
export const fewestAnswers = 10
export const fewestOfEachKind = 3
