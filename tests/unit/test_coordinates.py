"""Coordinates in Well-Known Text, with and without a reference system."""

import pytest

from graph_service.web.pictures.coordinates import in_wkt


@pytest.mark.parametrize(
    ("wkt", "point"),
    [
        ("POINT(10.2 36.8)", (10.2, 36.8)),
        ("Point (10.2 36.8)", (10.2, 36.8)),
        ("POINT Z (10 36 400)", (10, 36)),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(10.2 36.8)", (10.2, 36.8)),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(36.8 10.2)", (10.2, 36.8)),
        ("POLYGON((0 0, 10 0, 10 10, 0 10))", (5, 5)),
        ("LINESTRING(-1e1 0, 10 0)", (0, 0)),
        ("<http://www.opengis.net/def/crs/EPSG/0/27700> POINT(530000 180000)", None),
        ("POINT(530000 180000)", None),
        ("POINT EMPTY", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_geometry_is_where_the_middle_of_its_corners_is(wkt: str, point: tuple[float, float] | None) -> None:
    assert in_wkt(wkt) == point
