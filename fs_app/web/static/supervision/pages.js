/** How a display shares its queues out over pages. Pure. */

export const PER_PAGE = 6;
export const PAGE_MS = 12_000;

/** The queues of the page that is on at `now`: {shown, page, pages}; the turn depends on the clock alone. */
export function paged(queues, now, perPage = PER_PAGE) {
  const pages = Math.max(1, Math.ceil(queues.length / perPage));
  const size = Math.ceil(queues.length / pages) || 1; // as even as can be
  const page = Math.floor(now / PAGE_MS) % pages;
  return { shown: queues.slice(page * size, (page + 1) * size), page: page + 1, pages };
}
