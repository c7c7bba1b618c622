// What every page has: each part looks for its own marks in the page and does nothing where there are none.

import { offerCopying } from "../site/copying.js";
import { offerSorting } from "../site/sorting.js";
import { offerSuggestions } from "../site/suggesting.js";

offerCopying(document);
offerSorting(document);
offerSuggestions(document);
