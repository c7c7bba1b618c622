// What pictures get where there are scripts; they are whole without.

import { offerPng } from "../pictures/png.js";
import { followTies } from "../pictures/ties.js";

offerPng(document);
followTies(document);
