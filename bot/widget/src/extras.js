// What a question may ask for besides words: a photo, or where the resident is.
import { announce } from "./say.js";

const byId = (id) => document.getElementById(id);

export function setUpPhoto(words, outbox, showError) {
  const form = byId("photo-form");
  const input = byId("photo");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [photo] = input.files;
    if (!photo) return showError(input, words.noPhoto);
    showError(input, "");
    outbox.send({ photo }, "");
    form.reset();
    byId("text").focus();
  });
}

export function setUpLocation(words, outbox) {
  const button = byId("locate");
  const error = byId("location-error");
  if (!navigator.geolocation) return;
  button.hidden = false;
  const label = button.textContent;
  const done = () => {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  };
  button.addEventListener("click", () => {
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = words.finding;
    error.hidden = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        done();
        outbox.send({ location: { lat: coords.latitude, lng: coords.longitude } }, words.locationShared);
        byId("text").focus();
      },
      () => {
        done();
        error.textContent = words.noLocation;
        error.hidden = false;
        announce(words.noLocation);
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}
